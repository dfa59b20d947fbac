from ccm_site.cli import main

main()
